# Part of the complaint management suite. See LICENSE file for full licensing details.
"""Runs the IMAP server pymap over Maildirs; it takes pymap's command line.

In two things it does more than pymap by itself: mails are handed out byte for byte, where pymap would parse
them and write them anew, and in the order in which they came.
"""

from pymap.backend.maildir.mailbox import Maildir
from pymap.main import main

if __name__ == "__main__":
    Maildir.get_message = Maildir.get_bytes
    Maildir.keys = lambda maildir: sorted(maildir.iterkeys())
    main()
