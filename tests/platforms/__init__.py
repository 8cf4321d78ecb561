"""Readers of packages, written after what the platforms do and not after gdquiz, which nothing here imports.

Each reads a package as its platform does, refuses what the platform would refuse, and marks responses.  The facts are
from Moodle's public source (question/format/xml, question/format/gift, question/type/*), the public documentation of
Blackboard and Brightspace, and the specifications of QTI by 1EdTech.
"""


class Refused(Exception):
    """What a platform would not import, or would import otherwise than it stands in the file."""
