using CrossLingual.Data;
using CrossLingual.Metrics;
using CrossLingual.Tests.Tiny;

namespace CrossLingual.Tests.Data;

public class LabMixedInstructionsTests
{
    private static readonly Lab Lab = Lab.Load(Path.Combine(RealData.RepositoryRoot, "data", "lab"));
    private static readonly LabMixedInstructions Mixed = new(Lab, SIndexBins.SIndexOf);

    [Fact]
    public void Unmixed_IsTheLabsInstruction()
    {
        var plain = Mixed.Instruction("vi", "en", LabSplit.Test, 3, "facts", 0);
        Assert.Equal(Lab.Example("vi", LabSplit.Test, 3, "facts"), plain.Example);
        Assert.Equal([Lab.Example("vi", LabSplit.Test, 3, "facts").Output, Lab.Example("en", LabSplit.Test, 3, "facts").Output], plain.Answers);
        Assert.Equal(0, plain.Measure);
    }

    [Theory]
    [InlineData("vi", "math", 0.55)]
    [InlineData("es", "math", 0.55)]
    [InlineData("vi", "facts", 0.05)]   // one sentence of eight words, one of them inserted
    [InlineData("sw", "code", 0.2)]
    public void Targets_AreApproached(string language, string task, double reached)
    {
        double[] targets = [0.15, 0.3, 0.45, 0.6];
        var means = targets.Select(t => Enumerable.Range(0, 40).Average(i => Mixed.Instruction(language, "en", LabSplit.Train, i, task, t).Measure)).ToList();
        Assert.Equal(means.Order(), means);
        Assert.InRange(means[0], 0.02, 0.25);
        Assert.InRange(means[^1], reached, 0.65);
    }

    [Theory]
    [InlineData("math")]
    [InlineData("facts")]
    [InlineData("code")]
    public void EveryWord_IsOfOneOfTheTwo(string task)
    {
        for (var i = 0; i < 40; i++)
        {
            var mixed = Mixed.Instruction("de", "en", LabSplit.Dev, i, task, 0.5);
            var (german, english) = (Lab.Example("de", LabSplit.Dev, i, task), Lab.Example("en", LabSplit.Dev, i, task));
            var known = $"{german.Instruction} {english.Instruction}".ToLowerInvariant();
            Assert.Equal(german.Id, mixed.Example.Id);
            Assert.All(mixed.Example.Instruction.ToLowerInvariant().Split(' '), w => Assert.True(known.Contains(w.Trim('.', ',', '?', '!', ':'), StringComparison.Ordinal), $"'{w}' of '{mixed.Example.Instruction}' is not in '{known}'"));
            Assert.True(mixed.Measure == 0 || mixed.Example.Instruction != german.Instruction);
            Assert.Equal(mixed.Example.Instruction, Mixed.Instruction("de", "en", LabSplit.Dev, i, task, 0.5).Example.Instruction);
        }
    }

    [Fact]
    public void Insertion_LeavesTheFrame()
    {
        // One content word in a sentence of another language: two switches at most.
        var mixed = Enumerable.Range(0, 60).Select(i => Mixed.Instruction("vi", "en", LabSplit.Train, i, "facts", 0.3)).Where(m => m.Measure > 0).ToList();
        Assert.Contains(mixed, m => m.Example.Instruction.StartsWith("Thủ đô của ", StringComparison.Ordinal) && !m.Example.Instruction.Equals(Lab.Example("vi", LabSplit.Train, int.Parse(m.Example.Id.Split('-')[^1]), "facts").Instruction, StringComparison.Ordinal));
    }

    [Fact]
    public void WhatCannotBeMixed_IsSaid()
    {
        Assert.Equal("XL122", Assert.Throws<UserException>(() => Mixed.Instruction("vi", "en", LabSplit.Dev, 0, "reading", 0.3)).Id);
        Assert.Equal("XL687", Assert.Throws<UserException>(() => Mixed.Instruction("vi", "vi", LabSplit.Dev, 0, "math", 0.3)).Id);
        Assert.Equal("XL121", Assert.Throws<UserException>(() => Mixed.Instruction("xx", "vi", LabSplit.Dev, 0, "math", 0.3)).Id);
    }
}
