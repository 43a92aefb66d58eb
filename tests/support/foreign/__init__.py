"""Other projects' test suites, fetched and run."""
