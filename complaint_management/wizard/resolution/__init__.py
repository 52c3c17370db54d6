from . import solution_offer
from . import solution_answer
from . import solution_reason
from . import result_wizard
from . import followup_wizard
from . import remedy_wizard
