"""What can go wrong in the model folder: one root, each error beneath it."""


class ModelError(Exception):
    """Root of the folder's errors."""


class BaseDamaged(ModelError):
    """A file of the base is missing or does not have the hash its manifest states."""


class ModelMismatch(ModelError):
    """A tensor, an adapter or a state does not fit the base it is used with."""


class CorpusRefused(ModelError):
    """The folder of text cannot train a base."""


class TrainingFailed(ModelError):
    """A training run ended without a result; what was there before still holds."""


class PlanRefused(ModelError):
    """A plan of what is to be trained that is none, or that this base cannot follow."""
