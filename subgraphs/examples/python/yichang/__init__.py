"""Yichang's service platform (420500): the contract of OneNet on PostgreSQL."""
