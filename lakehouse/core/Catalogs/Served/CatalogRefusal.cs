namespace Dart.Lake.Lakehouse.Catalogs.Served;

/// <summary>Why a client of the catalog gets no answer but this; the protocol has a word for each.</summary>
public enum RefusalKind
{
    NoSuchNamespace,
    NoSuchTable,
    NoSuchView,
    /// <summary>The name is there, and the file of its metadata is not.</summary>
    NoSuchFile,
    AlreadyExists,
    NamespaceNotEmpty,
    /// <summary>The request is well formed, and contradicts itself.</summary>
    Unprocessable,
}

/// <summary>What a client asks for cannot be done with the names as they are. Nothing was changed.</summary>
public sealed class CatalogRefusal(RefusalKind kind, string message) : Exception(message)
{
    public RefusalKind Kind => kind;
}
