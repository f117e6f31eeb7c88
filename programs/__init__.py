"""The engine: plan → call → entry → review → notice → decision. It does not know the programs it runs."""
