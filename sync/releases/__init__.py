"""The release log: Merkle trees over accepted reports, the chain of records, receipts. Imported by module."""
