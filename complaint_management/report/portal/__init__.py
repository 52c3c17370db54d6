from . import team_poster
