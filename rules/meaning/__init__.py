"""What a rule means, in the words of people, in both languages of the product."""

from rules.meaning.explain import Explanation, explain_rule

__all__ = ["Explanation", "explain_rule"]
