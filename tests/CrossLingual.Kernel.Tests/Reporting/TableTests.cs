using CrossLingual.Reporting;

namespace CrossLingual.Kernel.Tests.Reporting;

public class TableTests
{
    private static readonly Table Scores = new Table("Method", new Column("EM", Alignment.Right))
        .Add("X-CIT", new Estimate(62.5, 58.1, 66.7))
        .Add("a|<b>", 7)
        .Add(null, double.NaN);

    [Fact]
    public void Text_IsAligned() => Assert.Equal(
        """
        Method                 EM
        ------  -----------------
        X-CIT   62.5 [58.1, 66.7]
        a|<b>                   7
                                –
        """.ReplaceLineEndings("\n"),
        Scores.ToText());

    [Fact]
    public void Markdown_EscapesBars() => Assert.Equal(
        """
        | Method    |                EM |
        | --------- | ----------------: |
        | X-CIT     | 62.5 [58.1, 66.7] |
        | a\|&lt;b> |                 7 |
        |           |                 – |
        """.ReplaceLineEndings("\n"),
        Scores.ToMarkdown());

    [Fact]
    public void Html_EncodesCells()
    {
        Assert.Contains("<td>a|&lt;b&gt;</td>", Scores.ToHtml());
        Assert.Contains("<td style=\"text-align:right\">62.5 [58.1, 66.7]</td>", Scores.ToHtml());
    }

    [Fact]
    public void WrongNumberOfCells_IsRefused() =>
        Assert.Equal("XL602", Assert.Throws<UserException>(() => new Table("a", "b").Add(1)).Id);
}
