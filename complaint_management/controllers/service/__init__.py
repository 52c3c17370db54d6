from . import account
from . import order
from . import request
