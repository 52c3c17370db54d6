from . import customer_link
