from .case import test_access_matrix
from .case import test_contact_key
from .case import test_gate
from .case import test_moves
from .case import test_number
from .case import test_process_order
from .case import test_side_doors
from .case import test_tours
