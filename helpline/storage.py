from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class ModuleStaticFilesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # untyped
    """Hashed, compressed static files whose ES modules import each other by hashed names.

    Django's pattern rewrites only imports that end in a semicolon; a test greps for them.
    """

    support_js_module_import_aggregation = True
