"""Objects become a description of their picture. Pure: nothing here draws.

``build`` takes options and objects; ``signals`` and ``images`` describe axes with what is in
them, ``color_scale`` and ``stored`` how it looks; ``regions``, ``results`` and ``annotations``
what lies over it, ``tables`` what stands below. ``words`` says it all to who can't see it.
"""
