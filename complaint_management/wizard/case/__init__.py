from . import complaint_answer
from . import complaint_emergency
from . import complaint_merge
from . import complaint_reason
