"""The honour register, certificates and the awards that lead to them."""
