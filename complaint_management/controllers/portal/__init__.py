from . import account
from . import case
from . import form
