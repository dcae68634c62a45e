"""Every table there is, so that migrations can be compared with them."""

import importlib
import pkgutil

from sqlalchemy import MetaData
from sqlmodel import SQLModel

import storage


def metadata() -> MetaData:
    """What SQLModel knows once every module of the room has been read."""
    for found in pkgutil.iter_modules(storage.__path__, "storage."):
        importlib.import_module(found.name)
    return SQLModel.metadata
