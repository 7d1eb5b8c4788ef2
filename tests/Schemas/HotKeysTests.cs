namespace Dart.Lake.Schemas.Tests;

public class HotKeysTests
{
    static readonly string[] ids = ["A", "A:B", "B:C", "C", "A%3AB", "%", "", ":", "A\nB", "é", "*"];

    [Fact]
    public void No_two_pairs_of_ids_make_the_same_key()
    {
        var keys = (from account in ids from instrument in ids select HotKeys.Position(account, instrument)).ToList();
        Assert.Equal(ids.Length * ids.Length, keys.Distinct(StringComparer.Ordinal).Count());
        // one a line on the channel of changes
        Assert.DoesNotContain(keys, key => key.Any(char.IsControl));
    }

    [Fact]
    public void An_id_without_a_colon_stands_in_its_key_as_it_is() => Assert.Equal("hot:pos:M1:GIGA é*", HotKeys.Position("M1", "GIGA é*"));
}
