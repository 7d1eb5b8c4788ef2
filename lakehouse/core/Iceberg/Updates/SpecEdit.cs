using System.Text.Json;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;

namespace Dart.Lake.Lakehouse.Iceberg.Updates;

/// <summary>The updates of partition specs and sort orders. One that is there already is found again rather than added.</summary>
sealed class SpecEdit(TableEdit edit)
{
    int? addedSpec, addedOrder;

    /// <summary>False: the update is of another kind.</summary>
    public bool Apply(string action, JsonElement update)
    {
        switch (action)
        {
            case "add-spec":
                addedSpec = AddSpec(update.Need("spec").Items("fields"));
                return true;
            case "set-default-spec":
                SetSpec(update.Int("spec-id"));
                return true;
            case "remove-partition-specs":
                RemoveSpecs(update.Items("spec-ids").Select(id => id.GetInt32()).ToHashSet());
                return true;
            case "add-sort-order":
                addedOrder = AddOrder(SpecJson.ReadOrder(update.Need("sort-order")).Fields);
                return true;
            case "set-default-sort-order":
                SetOrder(update.Int("sort-order-id"));
                return true;
            default:
                return false;
        }
    }

    /// <summary>For a table that was given no spec.</summary>
    public void SetUnpartitioned() => SetSpec(AddSpec([]));

    /// <summary>For a table that was given no order.</summary>
    public void SetUnsorted() => SetOrder(AddOrder([]));

    int AddSpec(IReadOnlyList<JsonElement> fields)
    {
        var table = edit.Table;
        var given = SpecJson.ReadFields(fields);
        if (table.PartitionSpecs.FirstOrDefault(s => s.Fields.Select(Meaning).SequenceEqual(given.Select(Meaning))) is { } known)
            return known.SpecId;
        var older = table.PartitionSpecs.SelectMany(s => s.Fields).ToList();
        var last = table.LastPartitionId;
        var bound = new List<PartitionField>();
        foreach (var (i, field) in given.Index())
        {
            // the same source and transform keep their id over all specs (spec, "Partition Evolution")
            var id = fields[i].OptionalInt("field-id")
                ?? older.Find(f => f.SourceId == field.SourceId && f.Transform == field.Transform)?.FieldId
                ?? last + 1;
            last = Math.Max(last, id);
            bound.Add(field with { FieldId = id });
        }
        SpecCheck.Check(bound, table);
        var spec = new PartitionSpec(table.PartitionSpecs.Select(s => s.SpecId + 1).DefaultIfEmpty(0).Max(), bound);
        edit.Table = table with { PartitionSpecs = [.. table.PartitionSpecs, spec], LastPartitionId = last };
        return spec.SpecId;
    }

    static (int Source, string Transform, string Name) Meaning(PartitionField field) => (field.SourceId, field.Transform.Text, field.Name);

    void SetSpec(int id)
    {
        if (id == TableEdit.Last)
            id = addedSpec ?? throw LakeException.Invalid("Cannot set last added spec: no spec has been added");
        if (id == edit.Table.DefaultSpecId)
            return;
        if (edit.Table.PartitionSpecs.All(s => s.SpecId != id))
            throw LakeException.Invalid($"Cannot set default spec to unknown spec: {id}");
        edit.Table = edit.Table with { DefaultSpecId = id };
    }

    void RemoveSpecs(HashSet<int> ids)
    {
        if (ids.Contains(edit.Table.DefaultSpecId))
            throw LakeException.Invalid("Cannot remove the default partition spec");
        if (edit.Table.PartitionSpecs.Any(s => ids.Contains(s.SpecId)))
            edit.Table = edit.Table with { PartitionSpecs = [.. edit.Table.PartitionSpecs.Where(s => !ids.Contains(s.SpecId))] };
    }

    int AddOrder(IReadOnlyList<SortField> fields)
    {
        var table = edit.Table;
        if (table.SortOrders.FirstOrDefault(o => o.Fields.SequenceEqual(fields)) is { } known)
            return known.OrderId;
        foreach (var field in fields)
            if (field.Direction is not ("asc" or "desc") || field.NullOrder is not ("nulls-first" or "nulls-last"))
                throw LakeException.Invalid($"a sort field is asc or desc, nulls-first or nulls-last, not {field.Direction} and {field.NullOrder}");
        foreach (var field in fields)
            SpecCheck.Source(SpecCheck.SchemasOf(table), field.SourceId, field.Transform, "the sort order");
        // 0 is the order of what is not sorted
        var id = fields.Count == 0 ? SortOrder.Unsorted.OrderId : table.SortOrders.Select(o => o.OrderId + 1).Append(1).Max();
        edit.Table = table with { SortOrders = [.. table.SortOrders, new SortOrder(id, fields)] };
        return id;
    }

    void SetOrder(int id)
    {
        if (id == TableEdit.Last)
            id = addedOrder ?? throw LakeException.Invalid("Cannot set last added sort order: no sort order has been added");
        if (id == edit.Table.DefaultSortOrderId)
            return;
        if (edit.Table.SortOrders.All(o => o.OrderId != id))
            throw LakeException.Invalid($"Cannot set default sort order to unknown sort order: {id}");
        edit.Table = edit.Table with { DefaultSortOrderId = id };
    }
}
