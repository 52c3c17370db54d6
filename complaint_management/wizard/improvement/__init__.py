from . import inspection_draw
