from . import case
from . import deadline
from . import inquiry
from . import resolution
from . import portal
from . import service
