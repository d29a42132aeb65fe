# Where temporary files go.
import tempfile, os
print(tempfile.gettempdir(), os.path.dirname(tempfile.NamedTemporaryFile().name))
