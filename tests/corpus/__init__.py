"""Files and texts made to do harm, or merely made badly. Built by code, so that none of them lies in the repository."""
