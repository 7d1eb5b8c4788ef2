namespace Dart.Lake.Lakehouse.Catalogs.Served;

/// <summary>What a client has sent is read as metadata are; what is wrong with it is the client's, and no damage of the lake.</summary>
static class Asked
{
    /// <exception cref="LakeException">Invalid in place of Corrupt.</exception>
    public static T For<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (LakeException e) when (e.Kind == LakeErrorKind.Corrupt)
        {
            throw LakeException.Invalid(e.Message, e);
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or OverflowException)
        {
            // a number where a text should be, or one that is too large
            throw LakeException.Invalid($"the request has a value of another kind than the protocol wants: {e.Message}", e);
        }
    }

    /// <summary>The same of a file that the client has named.</summary>
    public static async Task<T> ForAsync<T>(Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (LakeException e) when (e.Kind is LakeErrorKind.Corrupt or LakeErrorKind.Unavailable)
        {
            throw LakeException.Invalid(e.Message, e);
        }
    }
}
