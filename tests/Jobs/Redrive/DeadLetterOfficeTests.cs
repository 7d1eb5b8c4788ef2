using Dart.Lake.Jobs.Pipelines.Bronze;
using Dart.Lake.Jobs.Pipelines.Redrive;
using Dart.Lake.Jobs.Runtime.Decoding;
using Dart.Lake.Jobs.Tests.Runtime;
using Dart.Lake.Lakehouse.Catalogs;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Schemas;
using Google.Protobuf;

namespace Dart.Lake.Jobs.Tests.Redrive;

public sealed class DeadLetterOfficeTests
{
    static readonly Signature signature = new("ann", "the registry is right now");

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_record_of_each_reason_is_released_when_its_cause_is_mended_and_else_stays_and_is_named()
    {
        await using var world = await RedriveWorld.OpenAsync(Cancel);
        var all = await world.Office().ListAsync(new(), 100, Cancel);
        Assert.Equal(Enum.GetValues<DeadLetterReason>().Select(r => r.Text()).Order(), all.Select(l => l.Reason).Order());

        var before = await world.Office().ReleaseAsync(new(), NewFields.Evolve, signature, Cancel);
        Assert.Equal(0, before.Count);
        Assert.Equal(all.Select(l => (l.At, l.Reason)).Order(), before.Stays.Select(s => (s.At, s.Reason)).Order());

        var expected = new List<long> { 0, 1 };
        foreach (var (i, reason) in RedriveWorld.Mendable.Index())
        {
            await world.MendAsync(reason, Cancel);
            var report = await world.Office().ReleaseAsync(new() { Reason = reason }, NewFields.Evolve, signature, Cancel);
            Assert.Equal([KeyValuePair.Create("bronze.market_data", 1L)], report.Moved);
            Assert.Empty(report.Stays);
            expected.Add(10 + i);
        }
        Assert.Empty((await world.VerifyAsync(Cancel)).Tables.SelectMany(t => t.Findings).Select(f => f.Says));
        Assert.Equal(expected, await world.SequencesAsync(Cancel));
        var again = await world.Office().ReleaseAsync(new(), NewFields.Evolve, signature, Cancel);
        Assert.Equal((0, "NOT_FRAMED, NULL_VALUE"), (again.Count, string.Join(", ", again.Stays.Select(s => s.Reason).Order(StringComparer.Ordinal))));
        Assert.Equal(
            ["0|NOT_FRAMED|b'not framed'", "1|NULL_VALUE|None"],
            await world.Bronze.ReadAsync(LakeNames.DeadLetters, "_kafka_partition,reason,value", Cancel));
        Assert.Equal(
            RedriveWorld.Mendable.Select((reason, i) => $"{i + 1}|ann|{signature.Why}|RELEASE|DEAD_LETTER|bronze.market_data|{reason}"),
            await world.Bronze.ReadAsync(LakeNames.Acts, "act,acted_by,why,verb,kind,table_name,reason", Cancel));
    }

    [Fact]
    public async Task A_released_row_has_its_own_coordinates_and_its_bytes_are_kept_with_the_act()
    {
        await using var world = await RedriveWorld.OpenAsync(Cancel);
        var letter = Assert.Single(await world.Office().ListAsync(new() { Reason = "UNKNOWN_SCHEMA" }, 10, Cancel));
        await world.MendAsync("UNKNOWN_SCHEMA", Cancel);
        var choice = new Chosen { Partition = 0, From = letter.At.Next, To = letter.At.Next };
        Assert.Equal(1, (await world.Office().ReleaseAsync(choice, NewFields.Evolve, signature, Cancel)).Count);
        var row = Assert.Single(await world.Bronze.ReadAsync(
            "bronze.market_data", "_offset,_schema_id,_key,sequence,instrument,bid", Cancel), r => r.Contains("|10|", StringComparison.Ordinal));
        Assert.Equal($"{letter.At.Next}|{letter.SchemaId}|k|10|SYM010|100.000010", row);
        await using var session = world.Engine.OpenSession();
        var acts = (await world.Lake.Catalog.TryLoadAsync(TableIdent.Parse(LakeNames.Acts), Cancel))!;
        var files = (await world.Lake.Scan.PlanAsync(acts, new(), Cancel)).Files;
        var sql = await Lakehouse.Engines.DuckDb.TableReader.SqlForAsync(session, acts, acts.Metadata.Schema, files, Cancel);
        Assert.Equal(letter.Value, Assert.Single(await session.RowsAsync($"SELECT value FROM ({sql})", Cancel))[0]);
    }

    [Fact]
    public async Task A_stream_goes_on_beside_releases_from_its_own_position()
    {
        await using var world = await RedriveWorld.OpenAsync(Cancel);
        foreach (var reason in RedriveWorld.Mendable)
            await world.MendAsync(reason, Cancel);
        var position = await world.Bronze.PositionAsync(Cancel);
        var streams = Task.Run(async () =>
        {
            for (var i = 0; i < 3; i++)
            {
                world.Send(Cancel, world.Bronze.Events.Quote(100 + i), [1, 2, 3]);
                await world.StreamAsync(Cancel);
            }
        }, Cancel);
        var releases = RedriveWorld.Mendable
            .Select(r => Task.Run(() => world.Office().ReleaseAsync(new() { Reason = r }, NewFields.Evolve, signature, Cancel), Cancel));
        Assert.Equal(RedriveWorld.Mendable.Count, (await Task.WhenAll(releases)).Sum(r => r.Count));
        await streams;
        Assert.Empty((await world.VerifyAsync(Cancel)).Tables.SelectMany(t => t.Findings).Select(f => f.Says));
        var now = await world.Bronze.PositionAsync(Cancel);
        Assert.Equal(position.Partitions.Values.Sum(p => p.Next) + 6, now.Partitions.Values.Sum(p => p.Next));
        Assert.Equal([0, 1, .. Enumerable.Range(10, 6), .. Enumerable.Range(100, 3)], await world.SequencesAsync(Cancel));
    }

    [Fact]
    public async Task Of_two_that_release_the_same_records_each_is_moved_by_one()
    {
        await using var world = await RedriveWorld.OpenAsync(Cancel);
        foreach (var reason in RedriveWorld.Mendable)
            await world.MendAsync(reason, Cancel);
        var reports = await Task.WhenAll(
            Enumerable.Range(0, 3).Select(_ => Task.Run(
                () => world.Office().ReleaseAsync(new(), NewFields.Evolve, signature, Cancel), Cancel)));
        Assert.Equal(RedriveWorld.Mendable.Count, reports.Sum(r => r.Count));
        Assert.Empty((await world.VerifyAsync(Cancel)).Tables.SelectMany(t => t.Findings).Select(f => f.Says));
        Assert.Equal([0, 1, .. Enumerable.Range(10, 6)], await world.SequencesAsync(Cancel));
    }

    [Fact]
    public async Task A_drop_keeps_the_bytes_and_the_proof_and_can_be_taken_back_by_a_release()
    {
        await using var world = await RedriveWorld.OpenAsync(Cancel);
        var office = world.Office();
        Assert.Equal(1, (await office.DropAsync(new() { Reason = "UNKNOWN_SCHEMA" }, signature, Cancel)).Count);
        Assert.Equal(0, (await office.DropAsync(new() { Reason = "UNKNOWN_SCHEMA" }, signature, Cancel)).Count);
        Assert.DoesNotContain(await office.ListAsync(new(), 100, Cancel), l => l.Reason == "UNKNOWN_SCHEMA");
        Assert.True(Assert.Single(await office.ListAsync(new() { Reason = "UNKNOWN_SCHEMA", Dropped = true }, 100, Cancel)).IsDropped);
        Assert.Empty((await world.VerifyAsync(Cancel)).Tables.SelectMany(t => t.Findings).Select(f => f.Says));
        await world.MendAsync("UNKNOWN_SCHEMA", Cancel);
        Assert.Equal(0, (await office.ReleaseAsync(new() { Reason = "UNKNOWN_SCHEMA" }, NewFields.Evolve, signature, Cancel)).Count);
        Assert.Equal(1, (await office.ReleaseAsync(new() { Reason = "UNKNOWN_SCHEMA", Dropped = true }, NewFields.Evolve, signature, Cancel)).Count);
        Assert.Equal([0, 1, 10], await world.SequencesAsync(Cancel));
    }

    [Fact]
    public async Task A_dead_letter_is_shown_up_to_the_field_that_cannot_be_read()
    {
        await using var world = await RedriveWorld.OpenAsync(Cancel);
        var office = world.Office();
        var shown = new Dictionary<string, Glimpse>();
        foreach (var letter in await office.ListAsync(new(), 100, Cancel))
            shown[letter.Reason] = await office.ShowAsync(letter, Cancel);
        Assert.Equal(["kind=QUOTE", "instrument=SYM012"], shown["TRUNCATED"].Fields.Select(f => $"{f.Key}={f.Value}"));
        Assert.Contains("source", shown["TRUNCATED"].Failure, StringComparison.Ordinal);
        Assert.NotEmpty(shown["TRUNCATED"].Rest);
        Assert.Contains("event_time", shown["IMPLAUSIBLE_DAY"].Failure, StringComparison.Ordinal);
        Assert.Equal((15, 0), (shown["IMPLAUSIBLE_DAY"].Fields.Count, shown["IMPLAUSIBLE_DAY"].Rest.Length));
        Assert.Equal("not framed"u8.ToArray(), shown["NOT_FRAMED"].Rest);
        // by the writer's word, which is not what the topic wants
        Assert.Equal("account=SYM011", shown["WRONG_SCHEMA"].Fields.Select(f => $"{f.Key}={f.Value}").ElementAt(1));
        Assert.Contains("is wanted", shown["WRONG_SCHEMA"].Failure, StringComparison.Ordinal);
        Assert.Contains("no schema", shown["UNKNOWN_SCHEMA"].Failure, StringComparison.Ordinal);
        await world.MendAsync("UNKNOWN_SCHEMA", Cancel);
        var mended = await world.Office().ShowAsync(Assert.Single(await office.ListAsync(new() { Reason = "UNKNOWN_SCHEMA" }, 1, Cancel)), Cancel);
        Assert.Null(mended.Failure);
        Assert.Contains(KeyValuePair.Create("bid", (string?)"100.000010"), mended.Fields);
    }

    [Fact]
    public async Task A_protobuf_record_is_shown_by_the_paths_of_its_fields_up_to_what_cannot_be_read()
    {
        await using var world = await RedriveWorld.OpenAsync(Cancel);
        var whole = PermitDecoderTests.Event().ToByteArray();
        var shown = await world.Office().ShowAsync(Permit(world, [0, .. whole]), Cancel);
        Assert.Equal(
            ["account=A1", "event_time_micros=1700000000000000", "ingest_time_micros=1700000000000001", "source=permit", "sequence=7",
                "position.instrument=X", "position.quantity.value=-150", "position.average_price.value=1.5", "position.market_value.value=12.3456789012", "position.currency=USD"],
            shown.Fields.Select(f => $"{f.Key}={f.Value}"));
        Assert.Equal((null, 0), (shown.Failure, shown.Rest.Length));

        // the account alone is whole: a byte of length, a byte of tag, two of text
        shown = await world.Office().ShowAsync(Permit(world, [0, .. whole.AsSpan(0, 6)]), Cancel);
        Assert.Equal(["account=A1"], shown.Fields.Select(f => $"{f.Key}={f.Value}"));
        Assert.Contains("no field", shown.Failure, StringComparison.Ordinal);
        Assert.Equal(whole[4..6], shown.Rest);

        var wrong = PermitDecoderTests.Event();
        wrong.Position.Quantity.Value = "many";
        shown = await world.Office().ShowAsync(Permit(world, [0, .. wrong.ToByteArray()]), Cancel);
        Assert.Contains(KeyValuePair.Create("position.quantity.value", (string?)"many"), shown.Fields);
        Assert.Contains("quantity", shown.Failure, StringComparison.Ordinal);

        shown = await world.Office().ShowAsync(Permit(world, [4, 0, 0, .. whole]), Cancel);
        Assert.Empty(shown.Fields);
        Assert.NotNull(shown.Failure);
    }

    static DeadLetter Permit(RedriveWorld world, byte[] payload)
    {
        byte[] value = [0, 0, 0, 0, 0, .. payload];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(
            value.AsSpan(1), world.Bronze.Events.SchemaId(Topics.Permit.Schema.Subject));
        return new(new(new("log", Topics.Permit.Name, 0), 0), null, 0, null, "MALFORMED", "", "A1"u8.ToArray(), value, false);
    }

    [Fact]
    public async Task A_release_that_is_stopped_or_refused_leaves_no_file()
    {
        await using var world = await RedriveWorld.OpenAsync(Cancel);
        await world.MendAsync("UNKNOWN_SCHEMA", Cancel);
        // the tables that a release needs are made by the first that asks for them
        await world.Office().ReleaseAsync(new() { Reason = "NOT_FRAMED" }, NewFields.Evolve, signature, Cancel);
        var sql = (SqlCatalog)world.Lake.Catalog;
        var failures = new Exception[]
        {
            new OperationCanceledException(), LakeException.Unavailable("it was not taken"), LakeException.Corrupt("no"), new IOException("torn"),
        };
        foreach (var failure in failures)
        {
            sql.OnCommitPoint = point => point == CommitPoint.FilesWritten ? throw failure : Task.CompletedTask;
            var thrown = await Record.ExceptionAsync(
                () => world.Office().ReleaseAsync(new() { Reason = "UNKNOWN_SCHEMA" }, NewFields.Evolve, signature, Cancel));
            Assert.Same(failure, thrown);
            Assert.Empty(await world.OrphansAsync(Cancel));
        }
        sql.OnCommitPoint = point => point == CommitPoint.FilesWritten ? throw LakeException.Retry("locked") : Task.CompletedTask;
        var refused = await Assert.ThrowsAsync<LakeException>(
            () => world.Office().ReleaseAsync(new() { Reason = "UNKNOWN_SCHEMA" }, NewFields.Evolve, signature, Cancel));
        Assert.Equal(LakeErrorKind.Conflict, refused.Kind);
        Assert.Empty(await world.OrphansAsync(Cancel));
        sql.OnCommitPoint = null;
        Assert.Equal(1, (await world.Office().ReleaseAsync(new() { Reason = "UNKNOWN_SCHEMA" }, NewFields.Evolve, signature, Cancel)).Count);
        Assert.Empty(await world.OrphansAsync(Cancel));
    }
}
