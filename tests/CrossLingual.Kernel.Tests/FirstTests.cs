public class FirstTests { [Fact] public void Runs() => Assert.Equal(2, 1 + 1); }
