from . import case
from . import deadline
