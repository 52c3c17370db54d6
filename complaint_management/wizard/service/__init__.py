from . import service_reason
