from . import automatic_mail
from . import contact_key
from . import process
