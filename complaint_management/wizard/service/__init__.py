from . import service_reason
from . import reception_wizard
from . import work_wizard
from . import money_wizard
from . import planning_wizard
from . import complaint_wizard
from . import asset_wizard
from . import service_link
