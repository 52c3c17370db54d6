from . import portal_case
from . import portal_access
from . import complaint_link
from . import complaint_promise
from . import res_company
from . import res_users
from . import res_config_settings
from . import customer_files
