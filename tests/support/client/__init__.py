"""What tests of the client share: real Jupyter servers, and a network that can be broken."""
