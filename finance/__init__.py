"""Money floor: budgets, payments, audit. Its rooms come with later issues."""
