"""A population of devices under a virtual clock: the device training, codec and aggregation that run in production."""
