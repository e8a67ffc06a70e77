using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace RandomChat.Projections.Engine;

/// <summary>
/// A question that handlers ask for every other event. It is translated once for each kind of database; any other query is taken
/// apart each time to find out whether it was translated before, which costs more than SQLite's answer.
/// </summary>
internal sealed class RowLookup<TDb, TRow>(Expression<Func<TDb, Guid, IQueryable<TRow>>> question)
    where TDb : ReadDb
{
    private readonly ConditionalWeakTable<IModel, Func<TDb, Guid, IEnumerable<TRow>>> translated = [];

    /// <summary>Rows as they are in the database, or as handlers left them; those that were added in the same batch are not among them.</summary>
    public List<TRow> Ask(TDb db, Guid id) => [.. translated.GetValue(db.Model, _ => EF.CompileQuery(question))(db, id)];
}
