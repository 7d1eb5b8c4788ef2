namespace Dart.Lake.Lakehouse.Catalogs;

/// <summary>Who holds a name, under which epoch (it rises with each take-over), renewed when.</summary>
public sealed record Lease(string Name, string Holder, long Epoch, DateTimeOffset RenewedAt);
