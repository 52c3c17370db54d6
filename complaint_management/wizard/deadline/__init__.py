from . import complaint_holiday
from . import complaint_pause_wizard
