"""Interrupt: what receives SIGINT, and what a Stop does when it comes."""
