from . import portal
from . import service
