from . import inspection_draw
from . import inspection_check_wizard
