using System.Text;

namespace Dart.Lake.Lakehouse.Storage.S3;

/// <summary>
/// Whose place in a bucket it is: an object with the lake's id. Two lakes in one place would name each other's files, and delete what they
/// do not need themselves.
/// </summary>
static class S3Owner
{
    /// <summary>Of the object, in the place itself.</summary>
    public const string Name = "lake-id";

    const int Longest = 100;

    /// <summary>Takes the place for a lake, or finds that it has it.</summary>
    /// <exception cref="LakeException">Invalid: it is another lake's; Unavailable: the service does not answer.</exception>
    public static async Task ClaimAsync(IObjectStore store, string place, string lakeId, CancellationToken cancel)
    {
        var location = LocationOf(place);
        var owner = await ReadAsync(store, location, cancel);
        if (owner is null)
        {
            try
            {
                await store.WriteNewAsync(location, Encoding.ASCII.GetBytes(lakeId), cancel);
                return;
            }
            catch (LakeException e) when (e.Kind == LakeErrorKind.Conflict)
            {
                owner = await ReadAsync(store, location, cancel);
            }
        }
        if (owner != lakeId)
            throw LakeException.Invalid($"{place} is the place of another lake ({location} says so): name the catalog that it has, or another place; each lake has one of its own");
    }

    /// <summary>Null: nobody's.</summary>
    public static Task<string?> FindAsync(IObjectStore store, string place, CancellationToken cancel) =>
        ReadAsync(store, LocationOf(place), cancel);

    static string LocationOf(string place) => $"{place.TrimEnd('/')}/{Name}";

    static async Task<string?> ReadAsync(IObjectStore store, string location, CancellationToken cancel)
    {
        try
        {
            // a GET: what is wrong with credentials, clock or bucket stands in a body, which the answer to a HEAD has not
            return Encoding.ASCII.GetString(await store.ReadAsync(location, Longest, cancel));
        }
        catch (LakeException e) when (e.InnerException is FileNotFoundException)
        {
            return null;
        }
    }
}
