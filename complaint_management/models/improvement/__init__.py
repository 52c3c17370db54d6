from . import inspection
from . import inspection_check
from . import complaint_inspection
from . import complaint_team
from . import res_company
from . import res_config_settings
