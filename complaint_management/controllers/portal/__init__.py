from . import account
from . import case
from . import actions
from . import form
