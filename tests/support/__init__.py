"""What tests share: drivers of real parts, cases, and measures; no test is here."""
