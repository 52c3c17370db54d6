from . import handover_wizard
from . import referral
from . import triage_wizard
from . import dispatch_send
from . import dispatch_reason
