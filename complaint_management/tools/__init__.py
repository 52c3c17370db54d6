from . import automatic_mail
from . import charset
from . import contact_key
from . import mail_repair
from . import mail_text
from . import process
from . import sampling
from . import working_time
