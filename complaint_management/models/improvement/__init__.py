from . import inspection
from . import complaint_inspection
