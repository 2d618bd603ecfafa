"""Models for other programs: as files of formats that run without dlcore."""
