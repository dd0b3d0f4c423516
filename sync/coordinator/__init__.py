"""Leader and helper: stores, batches, records and releases, without a word of HTTP."""
